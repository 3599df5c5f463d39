import { graphql } from '../gql';
import { SessionPage } from '../session/SessionPage';
import { GuidedSteps } from './GuidedSteps';

const GUIDED_PAGE_QUERY = graphql(`
  query GuidedPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...NewestEvent @unmask
      ...SessionHeader
      ...ActionBar
      ...DocumentList
      ...SessionRedirect
      ...GuidedSteps
    }
  }
`);

export function GuidedPage() {
  return (
    <SessionPage query={GUIDED_PAGE_QUERY} kind="GuidedSession">
      {(session, controls) => <GuidedSteps key={session.id} session={session} {...controls} />}
    </SessionPage>
  );
}
