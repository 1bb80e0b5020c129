/// Programs that mistreat their sockets, written as people write them, and one that does not: what
/// `blame` and `doctor` are tried on. Each takes the port of its peer on 127.0.0.1, and prints `ready`
/// when it has come to rest.
package programs;
