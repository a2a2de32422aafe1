/** Which files a source is. In: paths as they are configured; out: files in their order, also under the names that rotation
 * gave them. */
@NullMarked
package io.stillstream.producer.source.file;

import org.jspecify.annotations.NullMarked;
