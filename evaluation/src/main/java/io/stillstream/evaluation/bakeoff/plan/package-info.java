/** What a bake-off compares: arms, students, sets and budget. */
@NullMarked
package io.stillstream.evaluation.bakeoff.plan;

import org.jspecify.annotations.NullMarked;
