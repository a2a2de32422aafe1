/** What the brokers say when they are asked now and then: whether they answer, how far a group is behind, and whether a
 * record was too large for them. */
@NullMarked
package io.stillstream.monitoring.broker;

import org.jspecify.annotations.NullMarked;
