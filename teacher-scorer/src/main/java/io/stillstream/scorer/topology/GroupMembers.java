package io.stillstream.scorer.topology;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes static members out of a consumer group. One that is gone otherwise stays until its session times out, and one that
 * comes back gets the assignment that it had, even when that was an error.
 */
final class GroupMembers {

    private static final Logger LOG = LoggerFactory.getLogger(GroupMembers.class);
    private static final long PATIENCE_SECONDS = 10;

    private GroupMembers() {}

    /** Those that are no members are passed over. */
    static void remove(Admin admin, String group, List<String> names) {
        for (String name : names) {
            var member = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(name)));
            try {
                admin.removeMembersFromConsumerGroup(group, member).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("{} was not taken out of {}", name, group, e);
            }
        }
    }
}
