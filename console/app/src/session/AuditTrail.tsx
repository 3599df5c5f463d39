import { useQuery } from '@apollo/client/react';
import { Box, Button, Heading, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { RelativeTime } from '../ui/RelativeTime';
import { describeEvent } from './describeEvent';

const PAGE_SIZE = 100;

const AUDIT_TRAIL_QUERY = graphql(`
  query AuditTrail($id: ID!, $last: Int!, $before: String) {
    session(id: $id) {
      id
      history(last: $last, before: $before) {
        edges {
          node {
            id
            kind
            details {
              ... on GenerationFinishedDetails {
                generation {
                  id
                  kind
                }
                generationStatus
              }
            }
            at
            actor {
              id
              name
            }
          }
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
  }
`);

export function AuditTrail({ id }: { id: string }) {
  const { data, error, refetch, fetchMore } = useQuery(AUDIT_TRAIL_QUERY, {
    variables: { id, last: PAGE_SIZE },
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
        {trail?.pageInfo.hasPreviousPage && (
          <Button
            variant="soft"
            size="1"
            mb="2"
            onClick={() => {
              fetchMore({ variables: { before: trail.pageInfo.startCursor } }).catch(() => {});
            }}
          >
            Show earlier events
          </Button>
        )}
        <ol className="trail">
          {trail?.edges.map(({ node }) => (
            <li key={node.id}>
              <Text size="2">{describeEvent(node.kind, node.details)}</Text>
              <Text size="1" color="gray" as="div">
                {node.actor?.name ?? 'Assistant'} · <RelativeTime at={node.at} />
              </Text>
            </li>
          ))}
        </ol>
      </section>
    </Box>
  );
}
