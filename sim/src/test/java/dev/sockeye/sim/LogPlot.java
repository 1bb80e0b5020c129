package dev.sockeye.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;

/// A plot as SVG: a few categories on one axis, a logarithm on the other, and lines.
@NullMarked
final class LogPlot {

    private static final int WIDTH = 640, HEIGHT = 360, LEFT = 56, RIGHT = 96, TOP = 36, BOTTOM = 40;
    /// Of Okabe and Ito, which everybody can tell apart.
    private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7");

    private final List<String> categories;
    private final double least;
    private final double most;
    private final StringBuilder body = new StringBuilder();
    private final List<String> names = new ArrayList<>();

    /// @param least of the axis, a power of ten, as is `most`; what is less is drawn there
    LogPlot(String title, List<String> categories, String unit, double least, double most) {
        this.categories = categories;
        this.least = least;
        this.most = most;
        text(LEFT, 22, "start", title, "font-weight=\"bold\"");
        for (double decade = least; decade <= most * 1.001; decade *= 10) grid(decade);
        for (int i = 0; i < categories.size(); i++) {
            text(x(i), HEIGHT - BOTTOM + 20, "middle", categories.get(i) + unit, "");
        }
    }

    private void grid(double value) {
        String y = number(y(value));
        body.append("<line x1=\"").append(LEFT).append("\" x2=\"").append(WIDTH - RIGHT);
        body.append("\" y1=\"").append(y).append("\" y2=\"").append(y).append("\" stroke=\"#ddd\"/>\n");
        String label = value < 1 ? String.format(Locale.ROOT, "%.1f", value) : Long.toString(Math.round(value));
        text(LEFT - 8, y(value) + 4, "end", label, "");
    }

    /// A line with a name at its end, in the next colour.
    void line(String name, List<Double> values) {
        int index = names.size();
        names.add(name);
        String colour = COLOURS.get(index);
        draw(values, "stroke=\"" + colour + "\" stroke-width=\"2\"");
        for (int i = 0; i < values.size(); i++) {
            body.append("<circle cx=\"").append(number(x(i))).append("\" cy=\"").append(number(y(values.get(i))));
            body.append("\" r=\"3\" fill=\"").append(colour).append("\"/>\n");
        }
        text(WIDTH - RIGHT + 10, TOP + 14 + 18 * index, "start", name, "fill=\"" + colour + "\"");
    }

    /// A line to compare with the one that was drawn as the `index`-th.
    void dashed(int index, List<Double> values) {
        draw(values, "stroke=\"" + COLOURS.get(index) + "\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\"");
    }

    /// What the dashed lines are.
    void note(String words) {
        text(WIDTH - RIGHT + 10, TOP + 14 + 18 * names.size(), "start", words, "fill=\"#555\"");
    }

    private void draw(List<Double> values, String style) {
        body.append("<polyline fill=\"none\" ").append(style).append(" points=\"");
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) body.append(' ');
            body.append(number(x(i))).append(',').append(number(y(values.get(i))));
        }
        body.append("\"/>\n");
    }

    private void text(double x, double y, String anchor, String words, String style) {
        body.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
        body.append("\" text-anchor=\"").append(anchor).append("\"").append(style.isEmpty() ? "" : " " + style);
        body.append('>').append(words).append("</text>\n");
    }

    private double x(int category) {
        double width = WIDTH - LEFT - RIGHT;
        return LEFT + width * (category + 0.5) / categories.size();
    }

    private double y(double value) {
        double share = Math.log(Math.clamp(value, least, most) / least) / Math.log(most / least);
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public String toString() {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
                + body + "</svg>\n";
    }
}
