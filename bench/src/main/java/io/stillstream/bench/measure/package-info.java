/** How things are timed: in turn, and by their medians. */
package io.stillstream.bench.measure;
