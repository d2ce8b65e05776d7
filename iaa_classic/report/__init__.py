"""Pages and plots drawn from the data objects of the other packages."""
