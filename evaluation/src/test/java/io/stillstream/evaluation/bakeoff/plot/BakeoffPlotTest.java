package io.stillstream.evaluation.bakeoff.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.Reports;
import io.stillstream.evaluation.bakeoff.SeedSpread;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
                .contains("own", "shifted", "SFT (baseline)", "paper", "bits per byte", "tokens trained on");
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
        assertThat(curve.subList(1, 5)).allSatisfy(point -> assertThat(point[1]).isGreaterThan(top));
        assertThat(texts(svg)).contains("not shown: the start, up to 3.50");
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
        ArmReport arm = Reports.arm("diverged", 1.5, null);
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
                arm.runs());

        String text = new BakeoffPlot(Reports.report(List.of(diverged))).svg();

        assertThat(text).doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(points((Element) parse(text).getElementsByTagName("polyline").item(0)))
                .hasSize(5);
    }

    @Test
    void svg_again_isTheSameText() {
        assertThat(new BakeoffPlot(Reports.of("SFT", "paper")).svg())
                .isEqualTo(new BakeoffPlot(Reports.of("SFT", "paper")).svg());
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
