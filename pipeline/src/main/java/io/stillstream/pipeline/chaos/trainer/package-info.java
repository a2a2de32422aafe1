/**
 * Kills trainers and compares what becomes of them with one that was left alone. In: how many records and kills; out:
 * whether weights, optimizer and ledger are what they would have been. Nothing here is on the road of a record in
 * production.
 */
@NullMarked
package io.stillstream.pipeline.chaos.trainer;

import org.jspecify.annotations.NullMarked;
