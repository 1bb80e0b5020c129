package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The MD5 keys of one socket (`tcp_md5sig_info`).
final class Md5Keys {

    /// What `net.core.optmem_max` of 131072 bytes leaves room for.
    private static final int MOST = 963;

    private final List<Md5Key> keys = new ArrayList<>(1);

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /// Adds a key, or puts it in the place of one for the same peers.
    ///
    /// @return 0 or `-ENOMEM`
    int put(Md5Key key) {
        for (int i = 0; i < keys.size(); i++) {
            if (!keys.get(i).is(key.address(), key.prefixLength(), key.device())) continue;
            keys.set(i, key);
            return 0;
        }
        if (keys.size() == MOST) return Errno.ENOMEM.asResult();
        keys.addFirst(key);
        return 0;
    }

    /// @return 0 or `-ENOENT`
    int remove(IpAddress address, int prefixLength, boolean device) {
        boolean removed = keys.removeIf(key -> key.is(address, prefixLength, device));
        return removed ? 0 : Errno.ENOENT.asResult();
    }

    /// The key for a peer, which is that of the longest prefix; null without one.
    @Nullable
    Md5Key find(IpAddress peer) {
        Md5Key best = null;
        for (int i = 0; i < keys.size(); i++) {
            Md5Key key = keys.get(i);
            boolean better = best == null || key.prefixLength() > best.prefixLength();
            if (better && key.matches(peer)) best = key;
        }
        return best;
    }

    void clear() {
        keys.clear();
    }
}
