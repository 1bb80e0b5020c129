package dev.sockeye.inspect.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says what is wrong with what was seen: a function of one look, or of two with some time between
/// them, which tell rates as well. History, where there is one, is in the sockets' journals.
public final class Doctor {

    private static final List<Rule> RULES = List.of(
            new CloseWaitRule(),
            new ListenerRule(),
            new ConnectRule(),
            new ClosingRule(),
            new TimeWaitRule(),
            new PortRule(),
            new IdleRule(),
            new WindowRule(),
            new RetransmissionRule(),
            new TransferRule(),
            new MemoryRule(),
            new WildcardRule());

    private final FindingWords words = FindingWords.load();
    private final Thresholds thresholds;

    /// One with the standard thresholds.
    public Doctor() {
        this(Thresholds.standard());
    }

    /// @param thresholds from when on something is worth a word
    public Doctor(Thresholds thresholds) {
        this.thresholds = thresholds;
    }

    /// What one look shows, the worst first.
    public List<Finding> examine(CheckUp now) {
        return examine(now, null);
    }

    /// What two looks show, the worst first.
    ///
    /// @param before an earlier look at the same machine; null if there was none
    public List<Finding> examine(CheckUp now, @Nullable CheckUp before) {
        var examination = new Examination(now, before, thresholds);
        List<Draft> drafts = new ArrayList<>();
        for (Rule rule : RULES) drafts.addAll(rule.examine(examination));
        return drafts.stream()
                .sorted(Draft.WORST_FIRST)
                .map(draft -> draft.finish(words))
                .toList();
    }

    /// The names that [Finding#rule] can have.
    public Set<String> rules() {
        return words.rules();
    }
}
