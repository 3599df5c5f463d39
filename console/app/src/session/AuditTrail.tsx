import { useQuery } from '@apollo/client/react';
import { Box, Button, Heading, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import type { SessionEventKind } from '../gql/graphql';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { RelativeTime } from '../ui/RelativeTime';

const PAGE_SIZE = 100;

const EVENT_LABELS: Record<SessionEventKind, string> = {
  CREATED: 'Created',
  MESSAGE_ADDED: 'Message added',
  MESSAGE_QUEUED: 'Message put into the queue',
  STEP_ADDED: 'Step added',
  STEP_ANSWERED: 'Step answered',
  PAUSED: 'Paused',
  RESUMED: 'Resumed',
  RESOLVED: 'Resolved',
  ESCALATED: 'Escalated',
  CLAIMED: 'Claimed',
  ABANDONED: 'Closed without a solution',
  REOPENED: 'Reopened',
  RENAMED: 'Renamed',
  TICKET_LINKED: 'Ticket linked',
  TICKET_UNLINKED: 'Ticket unlinked',
  NOTE_PUSHED: 'Note put into the ticket',
  NOTE_PUSH_FAILED: 'Note could not be put into the ticket',
  DOCUMENT_READY: 'Document written',
  DOCUMENT_EDITED: 'Document edited',
  RATED: 'Rated',
  GENERATION_STARTED: 'Assistant began to write',
  GENERATION_FINISHED: 'Assistant stopped writing',
  DELETED: 'Deleted',
};

const AUDIT_TRAIL_QUERY = graphql(`
  query AuditTrail($id: ID!, $first: Int!, $after: String) {
    session(id: $id) {
      id
      history(first: $first, after: $after) {
        edges {
          cursor
          node {
            id
            kind
            at
            actor {
              id
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export function AuditTrail({ id }: { id: string }) {
  const { data, error, refetch, fetchMore } = useQuery(AUDIT_TRAIL_QUERY, {
    variables: { id, first: PAGE_SIZE },
    fetchPolicy: 'cache-and-network',
  });
  const trail = data?.session?.history;
  return (
    <Box asChild>
      <section aria-labelledby="trail">
        <Heading as="h2" size="4" mb="2" id="trail">
          Audit trail
        </Heading>
        {!trail &&
          (error ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <Loading rows={3} />
          ))}
        <ol className="trail">
          {trail?.edges.map(({ node }) => (
            <li key={node.id}>
              <Text size="2">{EVENT_LABELS[node.kind]}</Text>
              <Text size="1" color="gray" as="div">
                {node.actor?.name ?? 'Assistant'} · <RelativeTime at={node.at} />
              </Text>
            </li>
          ))}
        </ol>
        {trail?.pageInfo.hasNextPage && (
          <Button
            variant="soft"
            onClick={() => {
              fetchMore({ variables: { after: trail.pageInfo.endCursor } }).catch(() => {});
            }}
          >
            Show more
          </Button>
        )}
      </section>
    </Box>
  );
}
