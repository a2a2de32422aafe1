/** A rollout under calls: servers of the student in processes of their own, a controller and the proxy in; who answered what out. */
@NullMarked
package io.stillstream.bench.fault.rollback;

import org.jspecify.annotations.NullMarked;
