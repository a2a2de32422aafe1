/**
 * The wire formats. In: bytes from a topic; out: records, or a {@link io.stillstream.contract.rejection.ContractException} that
 * says what is wrong with them; and back, to the same bytes every time.
 */
@NullMarked
package io.stillstream.contract.codec;

import org.jspecify.annotations.NullMarked;
