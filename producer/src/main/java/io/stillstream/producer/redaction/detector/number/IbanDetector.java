package io.stillstream.producer.redaction.detector.number;

import io.stillstream.producer.redaction.detector.Detector;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.DigitGroups;
import io.stillstream.producer.redaction.detector.Finding;
import io.stillstream.producer.redaction.detector.ScannedText;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** International bank account numbers: a country's length and check digits, together or in groups. */
public final class IbanDetector implements Detector {

    /** Length by country, as SWIFT's registry has them. */
    private static final String REGISTRY =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20"
                    + " EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26"
                    + " IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30"
                    + " NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27"
                    + " SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private static final int COUNTRY = 2;

    private final Map<String, Integer> lengths = new HashMap<>();

    public IbanDetector() {
        for (String entry : REGISTRY.split(" ", -1)) {
            lengths.put(entry.substring(0, COUNTRY), Integer.valueOf(entry.substring(COUNTRY)));
        }
    }

    @Override
    public DetectorKind kind() {
        return DetectorKind.IBAN;
    }

    @Override
    public void atDigits(ScannedText text, DigitGroups groups) {
        int start = groups.start() - COUNTRY;
        if (groups.length(0) < 2 || !text.isLetter(start) || !text.isLetter(start + 1) || text.isWord(start - 1)) {
            return;
        }
        Integer length = lengths.get(text.string(start, start + COUNTRY).toUpperCase(Locale.ROOT));
        if (length == null) {
            return;
        }
        StringBuilder iban = new StringBuilder();
        int position = start;
        while (iban.length() < length) {
            char character = text.at(position);
            if (character < 0x80 && text.isWord(position)) {
                iban.append(Character.toUpperCase(character));
            } else if (!isSeparator(text, position)) {
                return;
            }
            position++;
        }
        if (!text.isWord(position) && Checksums.iban(iban.toString())) {
            text.add(new Finding(start, position, kind(), "IBAN", iban.toString()));
        }
    }

    private static boolean isSeparator(ScannedText text, int position) {
        char character = text.at(position);
        return (DigitGroups.isSpace(character) || DigitGroups.isHyphen(character))
                && text.isWord(position - 1)
                && text.isWord(position + 1);
    }
}
