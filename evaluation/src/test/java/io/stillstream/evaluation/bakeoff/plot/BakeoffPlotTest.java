package io.stillstream.evaluation.bakeoff.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.ArmChoice;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.Reports;
import io.stillstream.evaluation.bakeoff.report.SeedSpread;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class BakeoffPlotTest {

    @Test
    void svg_twoArmsTwoSets_hasACurveAndABandOfEachInEach() throws Exception {
        Document svg = parse(new BakeoffPlot(Reports.of("SFT", "paper")).svg());

        assertThat(arms(svg, "polyline")).containsExactlyInAnyOrder("SFT", "SFT", "paper", "paper");
        assertThat(arms(svg, "polygon")).containsExactlyInAnyOrder("SFT", "SFT", "paper", "paper");
        assertThat(texts(svg))
                .contains("own", "shifted", "SFT (baseline)", "paper", "bits per byte", "steps trained on", "less SFT");
    }

    @Test
    void svg_curve_fallsFromLeftToRight() throws Exception {
        Document svg = parse(new BakeoffPlot(Reports.of("SFT")).svg());

        List<double[]> points =
                points((Element) svg.getElementsByTagName("polyline").item(0));

        assertThat(points).hasSize(5);
        for (int i = 1; i < points.size(); i++) {
            assertThat(points.get(i)[0]).isGreaterThan(points.get(i - 1)[0]);
            // Less is lower, and lower is a larger y.
            assertThat(points.get(i)[1]).isGreaterThan(points.get(i - 1)[1]);
        }
    }

    @Test
    void svg_band_liesAroundTheCurve() throws Exception {
        Document svg = parse(new BakeoffPlot(Reports.of("SFT")).svg());

        List<double[]> curve =
                points((Element) svg.getElementsByTagName("polyline").item(0));
        List<double[]> band =
                points((Element) svg.getElementsByTagName("polygon").item(0));

        assertThat(band).hasSize(10);
        double upper = band.get(4)[1];
        double lower = band.get(5)[1];
        assertThat(upper).isLessThan(curve.get(4)[1]);
        assertThat(lower).isGreaterThan(curve.get(4)[1]);
        assertThat((upper + lower) / 2).isCloseTo(curve.get(4)[1], within(0.2));
    }

    @Test
    void svg_startFarAboveTheRest_isCutAndSaidToBe() throws Exception {
        Document svg = parse(new BakeoffPlot(Reports.of("SFT")).svg());

        Element panel = (Element) svg.getElementsByTagName("clipPath").item(0);
        double top =
                Double.parseDouble(((Element) panel.getElementsByTagName("rect").item(0)).getAttribute("y"));
        List<double[]> curve =
                points((Element) svg.getElementsByTagName("polyline").item(0));

        assertThat(curve.get(0)[1]).isLessThan(top);
        assertThat(curve.subList(2, 5)).allSatisfy(point -> assertThat(point[1]).isGreaterThan(top));
        assertThat(texts(svg)).contains("not shown: up to 3.50");
    }

    @Test
    void svg_armFarAboveTheOthers_leavesThemTheirRoom() throws Exception {
        List<ArmReport> near = new ArrayList<>(Reports.arms("SFT", "a", "b"));
        double alone = height(parse(new BakeoffPlot(Reports.report(near)).svg()));

        near.add(Reports.arm("far", 9.5, Map.of()));

        assertThat(height(parse(new BakeoffPlot(Reports.report(near)).svg()))).isCloseTo(alone, within(1.0));
    }

    @Test
    void svg_namesWithMarkup_areEscaped() throws Exception {
        String name = "a<b> & \"c\" \u0007";

        Document svg = parse(new BakeoffPlot(Reports.of(name)).svg());

        assertThat(arms(svg, "polyline")).containsOnly("a<b> & \"c\"  ");
        assertThat(texts(svg)).contains("a<b> & \"c\"   (baseline)");
    }

    @Test
    void svg_manyArmsWithLongNames_staySmallAndInsideThePicture() throws Exception {
        String[] names = new String[20];
        Arrays.setAll(names, i -> "an arm with quite a long name, number " + i);

        String text = new BakeoffPlot(Reports.of(names)).svg();

        assertThat(text.length()).isLessThan(200_000);
        Document svg = parse(text);
        double height = Double.parseDouble(svg.getDocumentElement().getAttribute("height"));
        assertThat(ys(svg)).allSatisfy(y -> assertThat(y).isBetween(0.0, height));
    }

    @Test
    void svg_armThatDiverged_drawsWhatIsFinite() throws Exception {
        ArmReport arm = Reports.arm("diverged", 1.5, Map.of());
        List<CurvePoint> curve = new ArrayList<>(arm.curve());
        curve.add(new CurvePoint(50, 25_000, Reports.spreads(new SeedSpread(Double.NaN, Double.NaN, Double.NaN))));
        ArmReport diverged = new ArmReport(
                arm.name(),
                arm.settings(),
                arm.tokens(),
                arm.skippedTexts(),
                arm.unappliedSteps(),
                arm.terms(),
                arm.gradientShares(),
                curve,
                arm.results(),
                arm.exposure(),
                arm.runs());

        String text = new BakeoffPlot(Reports.report(List.of(diverged))).svg();

        assertThat(text).doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(points((Element) parse(text).getElementsByTagName("polyline").item(0)))
                .hasSize(5);
    }

    @Test
    void svg_tokenBudget_hasTokensOnTheAxis() throws Exception {
        BakeoffReport steps = Reports.of("SFT");
        BakeoffReport tokens = new BakeoffReport(
                steps.version(),
                steps.baselines(),
                steps.seeds(),
                20_000,
                BudgetUnit.LABEL_TOKENS,
                steps.step(),
                5_000,
                steps.texts(),
                steps.exposurePrompts(),
                steps.family(),
                steps.students());

        assertThat(texts(parse(new BakeoffPlot(steps).svg()))).contains("40").doesNotContain("20k");
        assertThat(texts(parse(new BakeoffPlot(tokens).svg())))
                .contains("label tokens trained on", "20k")
                .doesNotContain("40");
    }

    @Test
    void svg_twoBaselines_haveDifferencesOfEachInEverySet() throws Exception {
        List<ArmReport> arms = List.of(
                Reports.arm("SFT", 1.5, Map.of("KD", Reports.difference(0.1, 0.05, 0.15))),
                Reports.arm("KD", 1.4, Map.of("SFT", Reports.difference(-0.1, -0.15, -0.05))),
                Reports.arm(
                        "OT",
                        1.3,
                        Map.of(
                                "SFT",
                                Reports.difference(-0.2, -0.25, -0.15),
                                "KD",
                                Reports.difference(-0.1, -0.15, -0.05))));

        Document svg = parse(new BakeoffPlot(Reports.report(
                        List.of("SFT", "KD"), List.of(Reports.student("tiny", SetRole.CONFIRMATION, null, arms))))
                .svg());

        List<String> drawn = elements(svg, "g").stream()
                .filter(group -> group.getAttribute("class").equals("difference"))
                .map(group -> group.getAttribute("data-arm") + " less " + group.getAttribute("data-baseline"))
                .toList();
        assertThat(drawn.subList(0, 4)).containsExactly("KD less SFT", "OT less SFT", "SFT less KD", "OT less KD");
        assertThat(drawn.subList(4, 8)).isEqualTo(drawn.subList(0, 4));
        assertThat(texts(svg)).contains("-0.2000", "+0.1000", "less SFT", "less KD");
    }

    @Test
    void svg_differenceFarFromTheOthers_isAnArrowAndItsNumber() throws Exception {
        List<ArmReport> arms = List.of(
                Reports.arm("SFT", 1.5, Map.of()),
                Reports.arm("a", 1.5, Map.of("SFT", Reports.difference(0.01, 0.005, 0.02))),
                Reports.arm("b", 1.5, Map.of("SFT", Reports.difference(-0.01, -0.02, -0.005))),
                Reports.arm("far", 2.5, Map.of("SFT", Reports.difference(1, 0.9, 1.1))));

        Document svg = parse(new BakeoffPlot(Reports.report(arms)).svg());

        assertThat(elements(svg, "polygon").stream()
                        .filter(polygon -> polygon.getAttribute("class").equals("arrow")))
                .hasSize(2);
        assertThat(texts(svg)).contains("+1.0000");
    }

    @Test
    void svg_twoStudents_haveAPanelOfEachSetEach() throws Exception {
        List<ArmReport> arms = Reports.arms("SFT", "OT");
        Document svg = parse(new BakeoffPlot(Reports.report(
                        List.of("SFT"),
                        List.of(
                                Reports.student("same", SetRole.CONFIRMATION, null, arms),
                                Reports.student("half", SetRole.CONFIRMATION, null, arms))))
                .svg());

        assertThat(elements(svg, "clipPath"))
                .extracting(panel -> panel.getAttribute("id"))
                .doesNotHaveDuplicates()
                .hasSize(4);
        assertThat(texts(svg)).contains("Student same", "Student half");
    }

    @Test
    void svg_chosenArm_standsOut() throws Exception {
        ArmChoice choice = new ArmChoice("SFT", Map.of(), "OT");
        Document svg = parse(new BakeoffPlot(Reports.report(
                        List.of("SFT"),
                        List.of(Reports.student("tiny", SetRole.SELECTION, choice, Reports.arms("SFT", "OT")))))
                .svg());

        assertThat(elements(svg, "text").stream()
                        .filter(text -> text.getAttribute("class").equals("name"))
                        .filter(text -> text.getAttribute("font-weight").equals("bold"))
                        .map(Element::getTextContent))
                .containsExactly("OT", "OT");
        assertThat(texts(svg)).contains("own (selection)", "shifted");
    }

    @Test
    void svg_tenArms_noTwoTextsOverlap() throws Exception {
        String[] names = new String[10];
        Arrays.setAll(names, i -> "cross-entropy and term number " + i + (i % 2 == 0 ? ", weight 0.3" : ""));

        Document svg = parse(new BakeoffPlot(Reports.of(names)).svg());

        List<double[]> boxes = elements(svg, "text").stream()
                .filter(text -> !text.hasAttribute("transform"))
                .map(BakeoffPlotTest::box)
                .toList();
        double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
        for (int i = 0; i < boxes.size(); i++) {
            assertThat(boxes.get(i)[0]).isNotNegative();
            assertThat(boxes.get(i)[2]).isLessThanOrEqualTo(width);
            for (int j = 0; j < i; j++) {
                assertThat(overlap(boxes.get(i), boxes.get(j)))
                        .as("%s and %s", texts(svg).get(i), texts(svg).get(j))
                        .isFalse();
            }
        }
    }

    @Test
    void svg_again_isTheSameText() {
        assertThat(new BakeoffPlot(Reports.of("SFT", "paper")).svg())
                .isEqualTo(new BakeoffPlot(Reports.of("SFT", "paper")).svg());
    }

    /** Of the first curve's last quarter, in pixels. */
    private static double height(Document svg) {
        List<double[]> curve =
                points((Element) svg.getElementsByTagName("polyline").item(0));
        return curve.get(4)[1] - curve.get(3)[1];
    }

    /** Left, top, right, bottom, in a font as wide as DejaVu Sans. */
    private static double[] box(Element text) {
        double size = number(text, "font-size", number((Element) text.getParentNode(), "font-size", 16));
        double width = 0.6 * size * text.getTextContent().length();
        double x = number(text, "x", 0);
        double y = number(text, "y", 0);
        double left = switch (text.getAttribute("text-anchor")) {
            case "end" -> x - width;
            case "middle" -> x - width / 2;
            default -> x;
        };
        return new double[] {left, y - 0.75 * size, left + width, y + 0.2 * size};
    }

    private static double number(Element element, String attribute, double otherwise) {
        return element.hasAttribute(attribute) ? Double.parseDouble(element.getAttribute(attribute)) : otherwise;
    }

    private static boolean overlap(double[] a, double[] b) {
        return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> arms(Document svg, String element) {
        return elements(svg, element).stream()
                .map(found -> found.getAttribute("data-arm"))
                .toList();
    }

    private static List<String> texts(Document svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }

    private static List<Double> ys(Document svg) {
        return elements(svg, "text").stream()
                .map(text -> Double.parseDouble(text.getAttribute("y")))
                .toList();
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList found = svg.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static List<double[]> points(Element element) {
        return Arrays.stream(element.getAttribute("points").split(" "))
                .map(point -> Arrays.stream(point.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }
}
