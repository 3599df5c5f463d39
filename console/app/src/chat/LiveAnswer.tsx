import { useSubscription } from '@apollo/client/react';
import { Callout } from '@radix-ui/themes';
import { useState } from 'react';

import { graphql } from '../gql';
import { type Answer, after } from '../session/answer';
import { Writing } from '../session/Writing';

const LiveAnswerDocument = graphql(`
  subscription LiveAnswer($sessionId: ID!, $after: String) {
    chatTokens(sessionId: $sessionId, after: $after) {
      __typename
      cursor
      generation {
        id
      }
      ... on TokenDelta {
        text
      }
      ... on GenerationFailed {
        reason
      }
      ... on GenerationCancelled {
        reason
      }
    }
  }
`);

interface Props {
  sessionId: string;
  /** What was there when the page was loaded: shown until the first event comes. */
  begun: { id: string; text: string } | null;
  /** Asks for the conversation again; done when it is there. */
  over: () => Promise<unknown>;
}

/** Answer after answer, as they are written. */
export function LiveAnswer({ sessionId, begun, over }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);

  async function settle(id: string) {
    await over().catch(() => {});
    // The message has taken its place; if the next answer has begun meanwhile, that one stays.
    setAnswer((now) => (now?.id === id && now.trouble === null ? null : now));
  }

  useSubscription(LiveAnswerDocument, {
    variables: { sessionId },
    ignoreResults: true,
    onData: ({ data: { data } }) => {
      if (!data) return;
      const event = data.chatTokens;
      const now = after(answer, event);
      setAnswer((before) => after(before, event));
      if (now.isOver) void settle(event.generation.id);
    },
  });

  if (answer?.trouble) {
    return (
      <Callout.Root color="amber" role="alert">
        <Callout.Text>{answer.trouble}</Callout.Text>
      </Callout.Root>
    );
  }
  const text = answer?.text ?? begun?.text;
  if (text === undefined) return null;
  return (
    <div className="message" data-role="ASSISTANT">
      <Writing text={text} />
    </div>
  );
}
