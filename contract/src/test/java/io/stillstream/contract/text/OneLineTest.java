package io.stillstream.contract.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import org.junit.jupiter.api.Test;

final class OneLineTest {

    @Test
    void of_textOfAnybody_isOneLineWithoutControl() {
        assertThat(OneLine.of("a\r\nb\tc\u001b[31m\u202ed\u2028e\ud800f 漢👩‍🚀"))
                .isEqualTo("a  b c?[31m?d e?f 漢👩‍🚀");
    }

    @Test
    void of_longText_keepsItsEnds() {
        String expected = "; expected a time";
        String shown = OneLine.of("created_at is '" + "9".repeat(1 << 20) + "'" + expected);
        assertThat(shown)
                .hasSize(OneLine.MOST_CHARACTERS)
                .startsWith("created_at is '9")
                .endsWith(expected);
    }

    @Test
    void rejectionAndException_quoteNoMoreThanALine() {
        String hostile = "role is '" + "x\n".repeat(1 << 16) + "'";
        assertThat(new Rejection(RejectionCode.OTHER, hostile).detail())
                .hasSizeLessThan(1 << 12)
                .doesNotContain("\n");
        assertThat(new ContractException(hostile))
                .message()
                .hasSizeLessThan(1 << 12)
                .doesNotContain("\n");
    }
}
