import type { FragmentType } from '@apollo/client';
import { Card, Flex, Heading, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { LiveDocument } from '../documents/LiveDocument';
import { graphql } from '../gql';
import type { EscalationPackageFragment } from '../gql/graphql';
import { CopyButton } from '../ui/CopyButton';
import { Markdown } from '../ui/Markdown';
import { RelativeTime } from '../ui/RelativeTime';

export const ESCALATION_PACKAGE_FRAGMENT = graphql(`
  fragment EscalationPackage on AISession {
    id
    escalatedAt
    escalatedBy {
      id
      name
    }
    activeGeneration {
      id
      kind
    }
    escalationPackage {
      id
      markdown
    }
  }
`);

/** What the one before has left for the next. */
export function EscalationPackage({
  session,
}: {
  session: FragmentType<EscalationPackageFragment>;
}) {
  const data = useFragment(ESCALATION_PACKAGE_FRAGMENT, session);
  const writing = data.activeGeneration;
  const written = data.escalationPackage;
  return (
    <Card size="3" asChild>
      <section aria-labelledby="package">
        <Flex justify="between" align="center" mb="1">
          <Heading as="h2" size="4" id="package">
            Escalation package
          </Heading>
          {written && <CopyButton text={written.markdown} label="Copy the escalation package" />}
        </Flex>
        {data.escalatedBy && data.escalatedAt && (
          <Text as="p" size="2" color="gray" mb="4">
            Handed on by {data.escalatedBy.name} <RelativeTime at={data.escalatedAt} />
          </Text>
        )}
        {writing?.kind === 'ESCALATION_PACKAGE' ? (
          <LiveDocument key={writing.id} generation={writing} canEdit={false} />
        ) : written ? (
          <Markdown>{written.markdown}</Markdown>
        ) : (
          <Text as="p" color="gray">
            No package has been written. The session itself has everything that was found.
          </Text>
        )}
      </section>
    </Card>
  );
}
