/**
 * The student behind an OpenAI API: {@code weights} says which snapshot is served and changes it without a gap, {@code engine}
 * decodes the requests, {@code api} is what requests and responses are, {@code http} carries them. Its error is here.
 */
@NullMarked
package io.stillstream.serving;

import org.jspecify.annotations.NullMarked;
