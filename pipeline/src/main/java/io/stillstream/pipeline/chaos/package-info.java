/**
 * Kills scorers and counts what arrives. In: how many prompts and kills; out: what a reader of committed records finds
 * lost, duplicated or out of order. Nothing here is on the road of a record in production.
 */
@NullMarked
package io.stillstream.pipeline.chaos;

import org.jspecify.annotations.NullMarked;
