/** The user's own rules. In: a file in the TOML of gitleaks; out: detectors. */
@NullMarked
package io.stillstream.producer.redaction.rules;

import org.jspecify.annotations.NullMarked;
