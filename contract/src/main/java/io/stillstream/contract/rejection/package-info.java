/** Why a record is rejected: a code and a sentence, thrown, returned or written beside the record's bytes. */
@NullMarked
package io.stillstream.contract.rejection;

import org.jspecify.annotations.NullMarked;
