package dev.sockeye.sim;

/// Something that happens at a time: a host's next timer, a link's next delivery, what a test has planned. It has one
/// place in an [EventQueue] and can be moved there, so that a deadline that changes costs no object.
abstract class Event {

    long time;
    long number;
    /// Its place in the queue's heap, -1 outside.
    int place = -1;

    /// Its time has come, and the queue has let go of it.
    abstract void fire(long now);
}
