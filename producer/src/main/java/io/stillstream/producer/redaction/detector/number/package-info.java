/** Detectors of numbers that name a person or an account: by their form, their check digits and the words beside them. */
@NullMarked
package io.stillstream.producer.redaction.detector.number;

import org.jspecify.annotations.NullMarked;
