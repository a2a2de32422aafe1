/**
 * One call on its way: read as far as it takes to see where it goes, sent there, and answered; a bounded copy to capture.
 */
@NullMarked
package io.stillstream.producer.proxy.call;

import org.jspecify.annotations.NullMarked;
