package io.stillstream.producer.redaction.detector.secret;

import io.stillstream.producer.redaction.detector.ScannedText;
import java.util.List;
import java.util.Set;

/** What keys of services look like: how they begin, and of what and how much they go on. */
final class KeyShapes {

    /** Letters and digits. */
    private static final String PLAIN = "";

    private static final String URL_SAFE = "-_";

    private static final Set<String> WORD_LIKE =
            Set.of("sk-", "AC", "SK", "ACCA", "key-", "dapi", "secret_", "xai-", "pplx-", "hf_", "api_org_", "glc_");

    /**
     * @param prefix exactly
     * @param signs what is in the rest beside letters and digits
     * @param shortest how long the rest is at least
     * @param longest how long it is at most
     */
    record KeyShape(String prefix, String signs, int shortest, int longest) {

        /** @return where the key ends that begins there, or -1 where none does */
        int end(ScannedText text, int start) {
            if (!text.startsWith(prefix, start)) {
                return -1;
            }
            int from = start + prefix.length();
            int end = from;
            while (end - from <= longest && isPart(text.at(end))) {
                end++;
            }
            boolean fits = end - from >= shortest && end - from <= longest;
            // The end of a sentence is none of the key's.
            return fits ? text.at(end - 1) == '.' ? end - 1 : end : -1;
        }

        /** Whether words begin so too, so that only a digit tells a key. */
        boolean isWordLike() {
            return WORD_LIKE.contains(prefix);
        }

        private boolean isPart(char character) {
            return (character < 0x80 && Character.isLetterOrDigit(character)) || signs.indexOf(character) >= 0;
        }
    }

    static final List<KeyShape> ALL = List.of(
            // Amazon
            exact("AKIA", PLAIN, 16),
            exact("ASIA", PLAIN, 16),
            exact("ABIA", PLAIN, 16),
            exact("ACCA", PLAIN, 16),
            // GitHub, GitLab
            from("ghp_", PLAIN, 30),
            from("gho_", PLAIN, 30),
            from("ghu_", PLAIN, 30),
            from("ghs_", PLAIN, 30),
            from("ghr_", PLAIN, 30),
            from("github_pat_", "_", 40),
            from("glpat-", URL_SAFE, 20),
            from("gldt-", URL_SAFE, 20),
            from("glrt-", URL_SAFE, 20),
            from("glcbt-", URL_SAFE, 20),
            from("glptt-", URL_SAFE, 20),
            from("glsoat-", URL_SAFE, 20),
            // Slack, Discord's and Teams' hooks hold theirs in the path
            from("xoxb-", "-", 10),
            from("xoxp-", "-", 10),
            from("xoxa-", "-", 10),
            from("xoxr-", "-", 10),
            from("xoxs-", "-", 10),
            from("xoxe-", "-", 10),
            from("xoxe.xoxp-", "-", 10),
            from("xapp-", "-", 10),
            from("https://hooks.slack.com/services/", "/", 20),
            from("https://discord.com/api/webhooks/", "/-_", 40),
            // Models
            from("sk-", URL_SAFE, 20),
            from("gsk_", PLAIN, 30),
            from("xai-", PLAIN, 40),
            from("pplx-", PLAIN, 32),
            from("r8_", PLAIN, 30),
            from("nvapi-", URL_SAFE, 40),
            from("hf_", PLAIN, 30),
            from("api_org_", PLAIN, 30),
            // Google
            exact("AIza", URL_SAFE, 35),
            from("ya29.", URL_SAFE, 20),
            from("GOCSPX-", URL_SAFE, 20),
            // Payments
            from("sk_live_", PLAIN, 10),
            from("sk_test_", PLAIN, 10),
            from("pk_live_", PLAIN, 10),
            from("rk_live_", PLAIN, 10),
            from("rk_test_", PLAIN, 10),
            from("whsec_", "+/=", 20),
            from("sq0atp-", URL_SAFE, 20),
            from("sq0csp-", URL_SAFE, 40),
            from("shpat_", PLAIN, 32),
            from("shpss_", PLAIN, 32),
            from("shpca_", PLAIN, 32),
            // Messages
            exact("AC", PLAIN, 32),
            exact("SK", PLAIN, 32),
            from("SG.", "-_.", 60),
            exact("key-", PLAIN, 32),
            // Packages and clouds
            from("npm_", PLAIN, 36),
            from("pypi-AgE", URL_SAFE, 50),
            from("dckr_pat_", URL_SAFE, 20),
            from("dop_v1_", PLAIN, 64),
            from("dapi", PLAIN, 32),
            from("hvs.", URL_SAFE, 20),
            from("glsa_", "_", 32),
            from("glc_", "+/=", 32),
            from("NRAK-", PLAIN, 27),
            from("sbp_", PLAIN, 40),
            from("PMAK-", "-", 40),
            from("lin_api_", PLAIN, 32),
            from("secret_", PLAIN, 43),
            from("ntn_", PLAIN, 40),
            from("ATATT3", "-_=", 40),
            from("figd_", URL_SAFE, 20),
            from("sntrys_", "+/=_", 40),
            from("AGE-SECRET-KEY-1", PLAIN, 50));

    private KeyShapes() {}

    private static KeyShape exact(String prefix, String signs, int length) {
        return new KeyShape(prefix, signs, length, length);
    }

    private static KeyShape from(String prefix, String signs, int shortest) {
        return new KeyShape(prefix, signs, shortest, Math.max(400, shortest));
    }
}
