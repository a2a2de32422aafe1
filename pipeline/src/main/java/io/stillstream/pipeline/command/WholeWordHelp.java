package io.stillstream.pipeline.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Help whose descriptions break at spaces alone. Picocli's own breaks {@code kafka.bootstrap-servers} after its dot. */
final class WholeWordHelp extends Help {

    private static final String HANGING = "  ";

    WholeWordHelp(CommandSpec command, ColorScheme scheme) {
        super(command, scheme);
    }

    @Override
    public Layout createDefaultLayout(
            List<OptionSpec> options, List<PositionalParamSpec> positionals, ColorScheme scheme) {
        int names = calcLongOptionColumnWidth(options, positionals, scheme);
        TextTable table = TextTable.forDefaultColumns(
                scheme, names, commandSpec().usageMessage().width());
        Column[] columns = table.columns();
        int width = columns[columns.length - 1].width - columns[columns.length - 1].indent;
        return new Layout(scheme, table, createDefaultOptionRenderer(), createDefaultParameterRenderer()) {

            @Override
            public void layout(ArgSpec argument, Text[][] rows) {
                super.layout(argument, wrapped(rows, width, scheme));
            }
        };
    }

    /** The rows with the last column broken into lines of at most that width, each a row of its own. */
    private static Text[][] wrapped(Text[][] rows, int width, ColorScheme scheme) {
        List<Text[]> wrapped = new ArrayList<>();
        for (Text[] row : rows) {
            Text[] line = row.clone();
            Text rest = row[row.length - 1];
            String indent = "";
            while (indent.length() + rest.plainString().length() > width) {
                int space = rest.plainString().lastIndexOf(' ', width - indent.length());
                if (space <= 0) {
                    break;
                }
                line[line.length - 1] = scheme.text(indent).concat(rest.substring(0, space));
                wrapped.add(line);
                line = new Text[row.length];
                Arrays.fill(line, scheme.text(""));
                rest = rest.substring(space + 1);
                indent = HANGING;
            }
            line[line.length - 1] = scheme.text(indent).concat(rest);
            wrapped.add(line);
        }
        return wrapped.toArray(Text[][]::new);
    }
}
