import { Component, type ReactNode } from 'react';

import { Trouble } from '../ui/Trouble';

interface State {
  error: Error | null;
}

/** Keeps the trouble of one page away from the rest. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Trouble error={error} again={() => this.setState({ error: null })} />;
  }
}
