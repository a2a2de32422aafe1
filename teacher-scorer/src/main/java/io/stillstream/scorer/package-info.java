/**
 * Scores responses with a teacher. In: prompts, with the response that production gave where there is one; out: the
 * teacher's distribution over each response, or the reason why there is none.
 */
@NullMarked
package io.stillstream.scorer;

import org.jspecify.annotations.NullMarked;
