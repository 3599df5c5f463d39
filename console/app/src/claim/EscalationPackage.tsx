import type { FragmentType } from '@apollo/client';
import { Card, Flex, Heading, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { LiveDocument } from '../documents/LiveDocument';
import { graphql } from '../gql';
import type { EscalationPackageFragment } from '../gql/graphql';
import { CopyButton } from '../ui/CopyButton';
import { Markdown } from '../markdown/Markdown';
import { RelativeTime } from '../ui/RelativeTime';

const ESCALATION_PACKAGE_FRAGMENT = graphql(`
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

/** The document that hands the session over. */
export function EscalationPackage({
  session,
}: {
  session: FragmentType<EscalationPackageFragment>;
}) {
  const data = useFragment(ESCALATION_PACKAGE_FRAGMENT, session);
  const generation = data.activeGeneration;
  const escalationPackage = data.escalationPackage;
  return (
    <Card size="3" asChild>
      <section aria-labelledby="package">
        <Flex justify="between" align="center" mb="1">
          <Heading as="h2" size="4" id="package">
            Escalation package
          </Heading>
          {escalationPackage && (
            <CopyButton text={escalationPackage.markdown} label="Copy the escalation package" />
          )}
        </Flex>
        {data.escalatedBy && data.escalatedAt && (
          <Text as="p" size="2" color="gray" mb="4">
            Handed on by {data.escalatedBy.name} <RelativeTime at={data.escalatedAt} />
          </Text>
        )}
        {generation?.kind === 'ESCALATION_PACKAGE' ? (
          <LiveDocument key={generation.id} generation={generation} canEdit={false} />
        ) : escalationPackage ? (
          <Markdown>{escalationPackage.markdown}</Markdown>
        ) : (
          <Text as="p" color="gray">
            No package has been written. The session itself has everything that was found.
          </Text>
        )}
      </section>
    </Card>
  );
}
