/**
 * In: a request that was read, and the snapshot that answers it; out: pieces of text with their tokens, choice by choice, cut where a
 * stop string is.
 */
@NullMarked
package io.stillstream.serving.answer;

import org.jspecify.annotations.NullMarked;
