import { Component, type ReactNode } from 'react';

import { ErrorState } from '../ui/ErrorState';

interface Props {
  /** Another key clears the error. */
  resetKey: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** Shows an error of a page, so that the shell around it keeps working. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidUpdate(previous: Props) {
    if (previous.resetKey !== this.props.resetKey && this.state.error)
      this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ErrorState error={error} onRetry={() => this.setState({ error: null })} isPage />;
  }
}
