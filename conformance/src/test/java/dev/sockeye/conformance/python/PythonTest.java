package dev.sockeye.conformance.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonTest {

    private final Map<String, Object> socket = Map.of("tcpi_rtt", 20_000L, "tcpi_flag", true);
    private final Python python = new Python(socket::get);

    private String fault(String text) {
        PythonException e = catchThrowableOfType(PythonException.class, () -> python.run(text));
        return e.line() + ": " + e.kind() + ": " + e.getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "1 + 2 * 3 @ 7",
                "(1 + 2) * 3 @ 9",
                "-7 // 2 @ -4",
                "-7 % 3 @ 2",
                "7 / 2 @ 3.5",
                "2 ** 10 @ 1024",
                "(-1) ** 3 @ -1",
                "0x10 | 1 @ 17",
                "12 & 10 ^ 1 @ 9",
                "1 << 4 >> 1 @ 8",
                "~~0 @ 0",
                "not 0 @ True",
                "1 < 2 < 3 @ True",
                "1 < 2 > 5 @ False",
                "0 or 4 @ 4",
                "3 and 0 @ 0",
                "5 if 0 else 6 @ 6",
                "1 in [1, 2] @ True",
                "3 not in [1, 2] @ True",
                "min(4, 2) + max([1, 9]) @ 11",
                "abs(-3) + int(2.9) + len('abc') @ 8",
                "'%d of %s' % (1, 'x') @ 1 of x",
                "hex(255) @ 0xff",
                "range(1, 6, 2) @ [1, 3, 5]",
                "tcpi_rtt * 2 @ 40000",
                "tcpi_flag + 1 @ 2",
                "1.5e3 @ 1500.0",
            })
    void expressionsHavePythonsValues(String expression, String value) throws PythonException {
        assertThat(python.run("print(" + expression + ")")).isEqualTo(value + "\n");
    }

    @Test
    void variablesLastFromBlockToBlock() throws PythonException {
        python.run(" a = 1; b = a + tcpi_rtt ");
        python.run("b -= 1\na += 5");
        assertThat(python.run("print a, b")).isEqualTo("6 20000\n");
    }

    @Test
    void blocksOfIndentedLines() throws PythonException {
        assertThat(python.run("""

                    total = 0   # of all
                    for i in range(10):
                        if i == 2: continue
                        elif i > 6:
                            break
                        else:
                            total += i

                    while total > 10:
                        total -= 10
                    print(total)
                """)).isEqualTo("9\n");
    }

    @Test
    void anAssertionThatFailsSaysItsMessage() {
        assertThat(fault("assert 1\nassert tcpi_rtt == 5, tcpi_rtt")).isEqualTo("2: ASSERTION: AssertionError: 20000");
        assertThat(fault("assert False")).isEqualTo("1: ASSERTION: AssertionError");
        assertThat(fault("if 1:\n  assert 0, 'why %d' % 3")).isEqualTo("2: ASSERTION: AssertionError: why 3");
    }

    @Test
    void whatIsNotReachedIsNotRun() throws PythonException {
        python.run("if 0:\n  assert no_such_name\nassert 1 or no_such_name\nassert not (0 and no_such_name)");
        python.run("for i in []: assert 0\nassert 1, no_such_name");
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThat(fault("x = no_such")).isEqualTo("1: ERROR: NameError: name 'no_such' is not defined");
        assertThat(fault("1 / 0")).isEqualTo("1: ERROR: ZeroDivisionError: division by zero");
        assertThat(fault("\n1 + 'x'")).isEqualTo("2: ERROR: TypeError: bad operands for +: 1 and 'x'");
        assertThat(fault("(1")).isEqualTo("1: ERROR: a bracket is not closed");
        assertThat(fault("assert 1 2")).isEqualTo("1: ERROR: expected the end of the line, found '2'");
        assertThat(fault("while 1: pass")).isEqualTo("1: ERROR: the loop does not end");
        assertThat(fault("2 ** 70")).isEqualTo("1: ERROR: OverflowError: the number is too large");
        assertThat(fault("'x")).isEqualTo("1: ERROR: the string has no end");
        assertThat(fault("def f(): pass")).isEqualTo("1: UNSUPPORTED: def");
        assertThat(fault("os.path")).isEqualTo("1: UNSUPPORTED: attributes");
        assertThat(fault("if 1:\nx = 1")).isEqualTo("2: ERROR: expected an indented block");
    }
}
