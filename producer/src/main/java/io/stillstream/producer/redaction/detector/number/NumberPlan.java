package io.stillstream.producer.redaction.detector.number;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import com.google.i18n.phonenumbers.metadata.DefaultMetadataDependenciesProvider;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The telephone numbers of a region, or of all with their country code. Each has a libphonenumber of its own: one keeps a hundred
 * compiled expressions, and a region alone has a dozen, so that one for all would compile them anew for each number. Thread-safe.
 */
final class NumberPlan {

    private final PhoneNumberUtil numbers = PhoneNumberUtil.createInstance(
            DefaultMetadataDependenciesProvider.getInstance().getMetadataLoader());
    private final @Nullable String region;

    /** @param region null for numbers that begin with their country code */
    NumberPlan(@Nullable String region) {
        this.region = region;
    }

    Optional<PhoneNumber> parse(String digits) {
        try {
            return Optional.of(numbers.parse(digits, region));
        } catch (NumberParseException e) {
            return Optional.empty();
        }
    }

    /** The number where it is one that the region gives to somebody. */
    Optional<PhoneNumber> valid(String digits) {
        return parse(digits).filter(numbers::isValidNumber);
    }

    /** Whether it has the length of one, with or without an area code. */
    boolean isPossible(PhoneNumber number) {
        ValidationResult result = numbers.isPossibleNumberWithReason(number);
        return result == ValidationResult.IS_POSSIBLE || result == ValidationResult.IS_POSSIBLE_LOCAL_ONLY;
    }

    /** The groups of digits in which the region writes it. */
    List<String> groups(PhoneNumber number) {
        String written = numbers.format(number, PhoneNumberFormat.NATIONAL);
        return List.of(written.replaceAll("\\D+", " ").strip().split(" ", -1));
    }

    /** With its country code, as all ways to write it have in common. */
    String canonical(PhoneNumber number) {
        return numbers.format(number, PhoneNumberFormat.E164);
    }
}
