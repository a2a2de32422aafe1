/** What was asked and answered: a prompt with the response of production, or of a student, where there is one. */
@NullMarked
package io.stillstream.contract.prompt;

import org.jspecify.annotations.NullMarked;
