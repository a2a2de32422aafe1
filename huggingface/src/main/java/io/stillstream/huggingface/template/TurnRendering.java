package io.stillstream.huggingface.template;

/** The result of rendering a conversation with its response: a {@link RenderedTurn}, or why it could not be rendered. */
public sealed interface TurnRendering permits RenderedTurn, Rendering.Failed {}
