package io.stillstream.contract;

/** One message of a conversation in the OpenAI chat shape. */
public record Message(String role, String content) {

    public Message {
        if (role.isBlank()) {
            throw new ContractException("a message has a blank role; expected system, user, assistant or tool");
        }
    }
}
