/**
 * The wire: what stages tell each other by Kafka, as values, a room for each subject. Here are the names of the topics
 * and what is said of a snapshot. Depends on nothing.
 */
@NullMarked
package io.stillstream.contract;

import org.jspecify.annotations.NullMarked;
