/** What the brokers say when they are asked now and then: whether they answer, and how far a group is behind. */
@NullMarked
package io.stillstream.monitoring.broker;

import org.jspecify.annotations.NullMarked;
