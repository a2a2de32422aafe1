/** What capture is given. In: a finished call, copies of its bodies, or feedback to an answer; out: its conversation, and what
 * is answered to feedback. */
@NullMarked
package io.stillstream.producer.capture.call;

import org.jspecify.annotations.NullMarked;
