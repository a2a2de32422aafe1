package io.stillstream.trainer.loss;

import io.stillstream.student.torchscript.TorchScriptArchive;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The TorchScript modules that compute the losses. {@code losses.py} knows views and no term; between it and the terms'
 * scripts stands the module {@code terms}, which is generated here from the list of terms, because TorchScript has no
 * call by name.
 */
public final class LossModules {

    private static final List<String> SHARED = List.of("losses", "projection");
    private static final String GENERATED = "terms";

    private LossModules() {}

    /** The archive with these modules beside its own. */
    public static TorchScriptArchive addTo(TorchScriptArchive archive) {
        Stream<String> modules =
                Stream.concat(SHARED.stream(), LossConfig.scripts().stream().map(LossScript::module));
        return archive.withResources(modules.toList()).with(GENERATED, terms());
    }

    static String terms() {
        StringBuilder source = new StringBuilder();
        source.append("""
                # Generated from the list of loss terms: which script answers to which setting.

                from typing import Dict, List, Tuple

                from torch import Tensor

                """);
        List<LossScript> scripts = LossConfig.scripts();
        scripts.forEach(
                script -> source.append("import ").append(script.module()).append('\n'));
        source.append("""


                # The student's columns of each sequence: the term that ranks them chooses.
                def choose_columns(sums_B_V: Tensor, batch: Dict[str, Tensor], loss: Dict[str, Tensor]) -> Tensor:
                    chosen: List[Tensor] = []
                """);
        scripts.stream()
                .filter(script -> script.view().isRanked())
                .forEach(script -> source.append(String.format(Locale.ROOT, """
                    if "%s" in loss:
                        chosen.append(%s.choose_columns(sums_B_V, batch, loss))
                """, script.setting(), script.module())));
        source.append("""
                    return chosen[0]


                # The values of the terms that are on, with the name of each and the view that it reads.
                def values(
                    views: Dict[str, Tensor], batch: Dict[str, Tensor], loss: Dict[str, Tensor], vocabulary: int
                ) -> Tuple[List[str], List[str], List[Tensor]]:
                    names: List[str] = []
                    reads: List[str] = []
                    found: List[Tensor] = []
                """);
        for (LossTerm term : LossConfig.crossEntropyAlone().all()) {
            for (LossScript script : term.scripts()) {
                source.append(String.format(Locale.ROOT, "    if \"%s\" in loss:\n", script.setting()));
                source.append(String.format(
                        Locale.ROOT,
                        "        found.extend(%s.values(views[\"%s\"], batch, loss, vocabulary))\n",
                        script.module(),
                        script.view().scriptName()));
                for (LossValue value : term.values()) {
                    source.append(String.format(Locale.ROOT, "        names.append(\"%s\")\n", value.name()));
                    source.append(String.format(
                            Locale.ROOT,
                            "        reads.append(\"%s\")\n",
                            script.view().scriptName()));
                }
            }
        }
        return source.append("    return names, reads, found\n").toString();
    }
}
