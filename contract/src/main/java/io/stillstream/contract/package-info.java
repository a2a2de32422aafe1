/**
 * The wire: records, topics and the reasons why a record is rejected. In and out: values that every stage shares.
 * Depends on nothing.
 */
@NullMarked
package io.stillstream.contract;

import org.jspecify.annotations.NullMarked;
