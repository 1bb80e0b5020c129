/// Programs that know nothing of the stack. Each prints what it has seen, and ends with how many sockets of its process
/// are the kernel's.
@NullMarked
package programs;

import org.jspecify.annotations.NullMarked;
