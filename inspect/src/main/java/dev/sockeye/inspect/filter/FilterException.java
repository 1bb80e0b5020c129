package dev.sockeye.inspect.filter;

/// A filter that cannot be read; the message is a line for the user and says where in the filter, and why.
@SuppressWarnings("serial")
public final class FilterException extends IllegalArgumentException {

    FilterException(String message) {
        super(message);
    }
}
