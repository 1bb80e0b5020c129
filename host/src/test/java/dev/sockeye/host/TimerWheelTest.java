package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The timer wheel, against a list that is searched from end to end.
class TimerWheelTest {

    private static final class Alarm extends Timer {
        final int number;
        final List<String> rung;
        long due = NEVER;

        Alarm(int number, List<String> rung) {
            this.number = number;
            this.rung = rung;
        }

        @Override
        void fire(long now) {
            rung.add(number + "@" + now);
            if (due != NEVER) assertThat(now).as("not before it is due").isGreaterThanOrEqualTo(due);
            due = NEVER;
        }
    }

    @Test
    void aTimerRingsAtItsDeadlineToTheNanosecond() {
        var wheel = new TimerWheel();
        var rung = new ArrayList<String>();
        for (long deadline : new long[] {1, 999_999, 1 << 20, 7_200_000_000_000L, 40L * 86_400 * 1_000_000_000}) {
            var alarm = new Alarm(1, rung);
            wheel.schedule(alarm, deadline);
            alarm.due = deadline;
            assertThat(wheel.nextDeadline()).isEqualTo(deadline);
            wheel.advance(deadline - 1);
            assertThat(rung).isEmpty();
            assertThat(wheel.nextDeadline()).isEqualTo(deadline);
            wheel.advance(deadline);
            assertThat(rung).containsExactly("1@" + deadline);
            assertThat(wheel.nextDeadline()).isEqualTo(Timer.NEVER);
            assertThat(wheel.size()).isZero();
            rung.clear();
        }
    }

    @Test
    void aTimerThatWasStoppedIsForgotten() {
        var wheel = new TimerWheel();
        var rung = new ArrayList<String>();
        var alarm = new Alarm(1, rung);
        wheel.schedule(alarm, 1000);
        wheel.cancel(alarm);
        assertThat(wheel.nextDeadline()).isEqualTo(Timer.NEVER);
        wheel.schedule(alarm, 5_000_000);
        assertThat(wheel.nextDeadline()).isEqualTo(5_000_000);
    }

    @Test
    void aTimerThatIsPutOffDoesNotHideALaterOne() {
        var wheel = new TimerWheel();
        var rung = new ArrayList<String>();
        var first = new Alarm(1, rung);
        var second = new Alarm(2, rung);
        wheel.schedule(first, 1000);
        wheel.schedule(second, 5_000_000);
        wheel.schedule(first, 10_000_000_000L);
        wheel.advance(1000);
        assertThat(rung).isEmpty();
        assertThat(wheel.nextDeadline()).isEqualTo(5_000_000);
        wheel.schedule(first, 2000);
        assertThat(wheel.nextDeadline()).isEqualTo(2000);
        wheel.advance(20_000_000_000L);
        assertThat(rung).containsExactly("1@20000000000", "2@20000000000");
    }

    @Test
    void aTimerMayBeSetWhileItOrAnotherRings() {
        var wheel = new TimerWheel();
        var rung = new ArrayList<String>();
        var other = new Alarm(2, rung);
        var again = new Timer() {
            int times;

            @Override
            void fire(long now) {
                rung.add("again@" + now);
                wheel.cancel(other);
                if (++times < 3) wheel.schedule(this, now + 1);
            }
        };
        wheel.schedule(other, 100);
        wheel.schedule(again, 100);
        wheel.advance(100);
        wheel.advance(101);
        wheel.advance(500);
        assertThat(rung).containsSubsequence("again@100", "again@101", "again@500");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void againstAModel() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var wheel = new TimerWheel();
            var rung = new ArrayList<String>();
            var alarms = new ArrayList<Alarm>();
            for (int i = 0; i < 50; i++) alarms.add(new Alarm(i, rung));
            long now = 0;
            for (int step = 0; step < 500; step++) {
                Alarm alarm = alarms.get(random.nextInt(alarms.size()));
                switch (random.nextInt(4)) {
                    case 0 -> {
                        wheel.cancel(alarm);
                        alarm.due = Timer.NEVER;
                    }
                    case 1, 2 -> {
                        alarm.due = now + (long) (Math.pow(2, random.nextDouble() * 50) - 1);
                        wheel.schedule(alarm, alarm.due);
                    }
                    default -> {
                        long first = alarms.stream()
                                .mapToLong(each -> each.due)
                                .min()
                                .orElseThrow();
                        assertThat(wheel.nextDeadline())
                                .as("seed %d step %d", seed, step)
                                .isLessThanOrEqualTo(first);
                        boolean jump = random.nextBoolean() && first != Timer.NEVER;
                        now = jump ? first : now + (long) Math.pow(2, random.nextDouble() * 45);
                        long time = now;
                        long expected =
                                alarms.stream().filter(each -> each.due <= time).count();
                        rung.clear();
                        wheel.advance(now);
                        assertThat(rung).as("seed %d step %d", seed, step).hasSize((int) expected);
                        first = alarms.stream()
                                .mapToLong(each -> each.due)
                                .min()
                                .orElseThrow();
                        if (!rung.isEmpty())
                            assertThat(wheel.nextDeadline())
                                    .as("exact after ringing")
                                    .isEqualTo(first);
                    }
                }
            }
            long left = alarms.stream().filter(each -> each.due != Timer.NEVER).count();
            assertThat(wheel.size()).isEqualTo((int) left);
            wheel.clear();
            assertThat(wheel.size()).isZero();
        }
    }
}
