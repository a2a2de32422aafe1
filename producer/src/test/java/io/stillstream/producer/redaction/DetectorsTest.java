package io.stillstream.producer.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.Scanner;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each detector finds, and what it leaves. No value is anybody's: they are made up, or examples of the standards. */
class DetectorsTest {

    private static final Scanner SCANNER = Detectors.scanner(RedactionConfig.defaults());

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        Write to john.doe@example.com.|john.doe@example.com
        <mailto:a_b+c@sub.example.co.uk>|a_b+c@sub.example.co.uk
        ?email=jane%40example.org&x=1|jane%40example.org
        почта: иван@пример.рф, спасибо|иван@пример.рф
        请发到zhang.wei@example.cn谢谢|zhang.wei@example.cn
        "john doe"@example.com|"john doe"@example.com
        O'Brien is o'brien@example.ie|o'brien@example.ie
        to 'x@y.example'|x@y.example
        """)
    void email_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("EMAIL " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "icon@2x.png",
                "@Override public",
                "git clone git@github.com:owner/name.git",
                "lodash@4.17.21",
                "user@localhost",
                "a @ b.c",
                "@handle",
                "x@1.2.3"
            })
    void email_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        My number: +49 30 901820.|+49 30 901820
        +1 (650) 253-0000|+1 (650) 253-0000
        +91 98765 43210 works|+91 98765 43210
        call me at 650-253-0000!|650-253-0000
        (650) 253-0000|(650) 253-0000
        650.253.0000|650.253.0000
        phone 6502530000|6502530000
        Telefon: 030 901820|030 901820
        mon portable est le 06 12 34 56 78|06 12 34 56 78
        06 12 34 56 78|06 12 34 56 78
        llámame al 612 345 678|612 345 678
        我的手机是138 0013 8000|138 0013 8000
        +44 20 7946 0958|+44 20 7946 0958
        my cell is 555-0142|555-0142
        """)
    void phone_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("PHONE " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "He paid 6502530000 for it",
                "on 2023-05-12 and 12.05.2023",
                "1,234,567 people",
                "612 345 678 inhabitants",
                "3.14159265358979",
                "1700000000000",
                "order 1234567",
                "1 + 2 + 3 = 6; 12 34 56",
                "10:30-11:45",
                "the hotel 6502530000",
                "1990-1995 2000-2005",
                "pages 123-4567"
            })
    void phone_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        4111 1111 1111 1111|4111 1111 1111 1111
        pay with 5555555555554444, please|5555555555554444
        2223-0031-2200-3222|2223-0031-2200-3222
        3782 822463 10005|3782 822463 10005
        6304 0000 0000 0000 125|6304 0000 0000 0000 125
        card:4222222222222|4222222222222
        ４１１１１１１１１１１１１１１１|４１１１１１１１１１１１１１１１
        """)
    void card_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("CARD " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1700000000000",
                "4111 1111 1111 1112",
                "id_4111111111111111",
                "0.4111111111111111",
                "41111111-11111111",
                "9111111111111111"
            })
    void card_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        IBAN DE89 3704 0044 0532 0130 00|DE89 3704 0044 0532 0130 00
        gb29NWBK60161331926819|gb29NWBK60161331926819
        FR1420041010050500013M02606.|FR1420041010050500013M02606
        NO93 8601 1117 947|NO93 8601 1117 947
        """)
    void iban_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("IBAN " + expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DE88 3704 0044 0532 0130 00", "XX89370400440532013000", "DE89 3704", "AB12"})
    void iban_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        from 93.184.216.34 at noon|93.184.216.34
        http://192.168.17.5:8080/x|192.168.17.5
        2606:2800:220:1:248:1893:25c8:1946|2606:2800:220:1:248:1893:25c8:1946
        host [2a00:1450:4001:81b::200e]:443|2a00:1450:4001:81b::200e
        fe80::1ff:fe23:4567:890a|fe80::1ff:fe23:4567:890a
        ::ffff:93.184.216.34|::ffff:93.184.216.34
        """)
    void ip_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("IP " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "255.255.255.0",
                "section 1.2.3.4",
                "version 10.20.30.40",
                "v10.20.30.40",
                "Chrome/120.0.6099.10",
                "1.2.3.4.5",
                "300.1.1.1",
                "std::vector",
                "a::b1",
                "10:20:30",
                "::1",
                "00:1a:2b:3c:4d:5e"
            })
    void ip_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SSN 219-09-9999|219-09-9999
        219-09-9998|219-09-9998
        my social security number is 219099999|219099999
        NINO: AB123456C|AB123456C
        AB 12 34 56 C|AB 12 34 56 C
        Steuer-ID 86 095 742 719|86 095 742 719
        1 85 05 78 006 084 91|1 85 05 78 006 084 91
        DNI 12345678Z|12345678Z
        NIE X1234567L|X1234567L
        RSSMRA85T10A562S|RSSMRA85T10A562S
        CPF: 529.982.247-25|529.982.247-25
        529.982.247-25|529.982.247-25
        cpf 52998224725|52998224725
        Aadhaar 2341 2341 2346|2341 2341 2346
        PAN ABCPE1234F|ABCPE1234F
        BSN 111222333|111222333
        PESEL 44051401359|44051401359
        756.9217.0769.85|756.9217.0769.85
        11010519491231002X|11010519491231002X
        passport no. C01X00T47 K12345678|K12345678
        212345678 is my SSN|212345678
        """)
    void nationalId_isFound(String text, String expected) {
        assertThat(found(text)).containsExactly("NATIONAL_ID " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "219099999",
                "SSN 000-12-3456",
                "666-12-3456",
                "DNI 12345678A",
                "CPF 529.982.247-26",
                "BSN 111222334",
                "PESEL 44051401358",
                "RSSMRA85T10A562T",
                "1 85 05 78 006 084 92"
            })
    void nationalId_isNone(String text) {
        assertThat(found(text)).isEmpty();
    }

    static List<String> found(String text) {
        List<Finding> findings = Spans.merge(text, SCANNER.find(text, () -> false));
        return findings.stream()
                .map(finding -> finding.type() + ' ' + text.substring(finding.start(), finding.end()))
                .toList();
    }
}
