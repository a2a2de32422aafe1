/**
 * The wire: what a record of each topic means and the bytes it is written as. In: bytes from Kafka; out: validated
 * records, or a {@link io.stillstream.contract.ContractException} that says what was wrong with them.
 */
@NullMarked
package io.stillstream.contract;

import org.jspecify.annotations.NullMarked;
