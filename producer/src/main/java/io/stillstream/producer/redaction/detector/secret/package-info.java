/** Detectors of keys, tokens and passwords: by their shapes, by what they are assigned to, and by their entropy. */
@NullMarked
package io.stillstream.producer.redaction.detector.secret;

import org.jspecify.annotations.NullMarked;
