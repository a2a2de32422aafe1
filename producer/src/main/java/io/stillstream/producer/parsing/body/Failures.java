package io.stillstream.producer.parsing.body;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.Names;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells a call that failed, whose body is no answer: by its HTTP status, its state, an error or the level of its log record. */
public final class Failures {

    private static final int LEAST_ERROR_STATUS = 400;

    private static final Names STATUS = Names.of(
            "status_code",
            "statusCode",
            "status",
            "http_status",
            "httpStatus",
            "response_status",
            "responseStatus",
            "response_code",
            "responseCode",
            "ResponseCode",
            "backendResponseCode",
            "BackendResponseCode");
    private static final Names ERROR = Names.of(
            "error",
            "errors",
            "Errors",
            "error_message",
            "errorMessage",
            "error_str",
            "error_information",
            "exception",
            "lastError",
            "LastErrorMessage",
            "LastErrorReason");
    private static final Names SUCCESS = Names.of("success", "isRequestSuccess", "IsRequestSuccess");
    private static final Names LEVEL = Names.of("level", "severity");

    private static final Set<String> FAILED = Set.of(
            "failure",
            "failed",
            "fail",
            "error",
            "cancelled",
            "canceled",
            "expired",
            "timeout",
            "in_progress",
            "queued");
    private static final Set<String> SUCCEEDED =
            Set.of("success", "succeeded", "ok", "completed", "complete", "done", "finished", "incomplete");
    private static final Set<String> HARMLESS_LEVELS =
            Set.of("default", "debug", "trace", "info", "notice", "warning", "warn");
    private static final Set<String> ERROR_LEVELS = Set.of("error", "fatal", "critical");

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,4}");
    private static final int LONGEST_CODE = 40;

    private Failures() {}

    /** @throws InvalidFieldException with {@link RejectionCode#FAILED_CALL} when the object says that the call failed */
    public static void check(Field object) {
        object.present(STATUS).forEach(Failures::status);
        object.present(ERROR).forEach(Failures::error);
        for (Field success : object.present(SUCCESS)) {
            if (success.isFalse()) {
                throw failed(success, "false");
            }
        }
        for (Field level : object.present(LEVEL)) {
            if (level.isText()) {
                level(level);
            }
        }
        if (object.get("type").is("error")) {
            throw failed(object.get("type"), "'error'");
        }
    }

    private static void status(Field field) {
        double number = field.number();
        if (field.isText()) {
            String word = field.peek().strip().toLowerCase(Locale.ROOT);
            if (FAILED.contains(word)) {
                throw failed(field, '\'' + word + '\'');
            }
            if (SUCCEEDED.contains(word)) {
                field.ignore();
            }
            if (!NUMBER.matcher(word).matches()) {
                return;
            }
            field.ignore();
            number = Double.parseDouble(word);
        }
        if (number >= LEAST_ERROR_STATUS || number < 0) {
            throw failed(field, Long.toString((long) number));
        }
    }

    private static void error(Field field) {
        if (meaningful(field)) {
            Field code = field.first("code", "type", "error_class");
            throw failed(
                    field,
                    field.isObject() && code.isText() ? "an object (" + shortened(code.text()) + ")" : field.kind());
        }
        field.ignore();
    }

    /** Loggers write objects of empty texts, false and 0 where there was no error. */
    private static boolean meaningful(Field field) {
        if (field.isObject()) {
            return field.names().stream().map(field::get).anyMatch(Failures::meaningful);
        }
        boolean none = field.empty() || field.isFalse() || field.number() == 0;
        return !none && !(field.isText() && field.text().isBlank());
    }

    private static void level(Field field) {
        String level = field.peek().toLowerCase(Locale.ROOT);
        if (ERROR_LEVELS.contains(level)) {
            throw failed(field, '\'' + level + '\'');
        }
        if (HARMLESS_LEVELS.contains(level)) {
            field.ignore();
        }
    }

    private static String shortened(String code) {
        return code.length() > LONGEST_CODE ? code.substring(0, LONGEST_CODE) + "…" : code;
    }

    private static InvalidFieldException failed(Field field, String value) {
        return new InvalidFieldException(
                RejectionCode.FAILED_CALL,
                field.path() + " is " + value + ": the call failed, so it has no answer to learn from");
    }
}
